//! How long documents take to be set in type: `cargo run --release -p coinbox-documents --example measure`.

use coinbox_documents::document::Line;
use coinbox_documents::{Document, Settings, Typesetter, sample};
use std::time::Instant;

/// An invoice of so many lines.
fn invoice(lines: i64) -> Document {
    let mut document = sample::invoice();
    let line = |number: i64| Line {
        section: format!("SAMEASURE{:011}", number / 50),
        section_name: format!("Section {}", number / 50),
        product: "voice-outbound".to_owned(),
        description: format!("Voice calls, outbound, route {number}"),
        quantity: 61,
        unit: "seconds".to_owned(),
        count: 61,
        price: None,
        used_from: None,
        used_to: None,
        amount: 100_000,
    };
    document.lines = (0..lines).map(line).collect();
    document.net = 100_000 * lines - document.discount;
    document.taxes.clear();
    document.total = document.net;
    let movements: i64 = document.movements.iter().map(|movement| movement.amount).sum();
    document.closing_balance = document.opening_balance + movements - document.total;
    document
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let typesetter = Typesetter::open(&Settings::default())?;
    println!("open, with one document of each kind: {} ms", started.elapsed().as_millis());
    let documents = [("one page", sample::invoice()), ("400 lines", invoice(400)), ("5100 lines", invoice(5_100))];
    for (name, document) in documents {
        let rounds = if document.lines.len() > 1_000 { 3 } else { 11 };
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..rounds {
            let started = Instant::now();
            bytes = typesetter.typeset(&document)?.len();
            times.push(started.elapsed().as_millis());
        }
        times.sort_unstable();
        let (least, median, most) = (times[0], times[rounds / 2], times[rounds - 1]);
        println!("{name}: {median} ms ({least} to {most}, {rounds} rounds), {bytes} bytes");
    }
    Ok(())
}
