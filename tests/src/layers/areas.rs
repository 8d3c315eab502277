//! The table of areas in `docs/architecture.md`: their order, and which files are of which.

/// The areas of a crate, in order: each uses only those before it.
#[derive(Debug)]
pub struct Areas {
    names: Vec<String>,
    /// A file, or a folder with its slash, and the area.
    places: Vec<(String, usize)>,
}

impl Areas {
    /// Reads the first table under a heading: the area in the first column, its files and folders in the last one, each in backticks.
    pub fn read(text: &str, heading: &str) -> Result<Areas, String> {
        let mut areas = Areas { names: Vec::new(), places: Vec::new() };
        let lines =
            text.lines().skip_while(|line| line.trim_start_matches('#').trim() != heading || !line.starts_with('#'));
        let table = lines.skip(1).skip_while(|line| !line.starts_with('|') && !line.starts_with('#'));
        for row in table.take_while(|line| line.starts_with('|')).skip(2) {
            let cells: Vec<&str> = row.trim().trim_matches('|').split('|').collect();
            let [first, .., last] = cells.as_slice() else { return Err(format!("a row of one column: {row}")) };
            let [name] = quoted(first)[..] else { return Err(format!("not one area in backticks: {first}")) };
            if areas.names.iter().any(|known| known == name) {
                return Err(format!("`{name}` stands twice"));
            }
            areas.names.push(name.to_owned());
            for place in quoted(last) {
                if areas.places.iter().any(|(known, _)| known == place) {
                    return Err(format!("`{place}` is of two areas"));
                }
                areas.places.push((place.to_owned(), areas.names.len() - 1));
            }
        }
        if areas.names.is_empty() { Err(format!("no table under `{heading}`")) } else { Ok(areas) }
    }

    /// One area with every file.
    pub fn whole() -> Areas {
        Areas { names: vec!["this crate".to_owned()], places: vec![(String::new(), 0)] }
    }

    /// The name of an area.
    pub fn name(&self, area: usize) -> &str {
        &self.names[area]
    }

    /// The area that a file is of: that of the file itself, or of the innermost folder that the table names.
    pub fn of(&self, file: &str) -> Option<usize> {
        let holds = |place: &str| file == place || place.is_empty() || place.ends_with('/') && file.starts_with(place);
        let places = self.places.iter().filter(|(place, _)| holds(place));
        places.max_by_key(|(place, _)| place.len()).map(|(_, area)| *area)
    }

    /// What the table names as a place.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|(place, _)| place.as_str())
    }
}

/// What stands in backticks.
pub(super) fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# A\n\n## Areas\n\nIn order.\n\n| area | what | where |\n|---|---|---|\n\
        | `ground` | sums | `a.rs`, `b/low.rs` |\n| `top` | all | `b/`, `lib.rs` |\n\n| `other` | | `x` |\n";

    #[test]
    fn a_file_is_of_the_innermost_place() {
        let areas = Areas::read(TEXT, "Areas").expect("a table");
        let name = |file: &str| areas.of(file).map(|area| areas.name(area));
        assert_eq!(name("a.rs"), Some("ground"));
        assert_eq!(name("b/low.rs"), Some("ground"));
        assert_eq!(name("b/high.rs"), Some("top"));
        assert_eq!((name("c.rs"), name("x")), (None, None));
        assert!(areas.of("a.rs") < areas.of("lib.rs"));
    }

    #[test]
    fn a_table_that_says_two_things_is_refused() {
        let told = |from: &str, to: &str| Areas::read(&TEXT.replace(from, to), "Areas").expect_err("refused");
        assert_eq!(told("`top`", "`ground`"), "`ground` stands twice");
        assert_eq!(told("`lib.rs`", "`a.rs`"), "`a.rs` is of two areas");
        assert_eq!(Areas::read(TEXT, "Parts").expect_err("refused"), "no table under `Parts`");
    }
}
