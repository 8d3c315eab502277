//! The page of routes.

use super::routes::by_path;

/// The table of `docs/rest.md`, in Markdown: a line for each path, with its methods, who may ask, and what it does.
pub fn table_of_routes() -> String {
    let mut table = "| methods | path | who | what |\n|---|---|---|---|\n".to_owned();
    for routes in by_path() {
        let methods: Vec<String> = routes.iter().map(|route| format!("`{}`", route.method.word())).collect();
        let strict = if routes.iter().any(|route| route.takes.is_strict()) { "*Strict.* " } else { "" };
        let what: Vec<&str> = routes.iter().map(|route| route.what).collect();
        let (path, who) = (routes[0].path, routes[0].who.words());
        table += &format!("| {} | `{path}` | {who} | {strict}{} |\n", methods.join(" "), what.join("; "));
    }
    table
}
