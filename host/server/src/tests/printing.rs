//! Issued documents as PDF (INV-2, INV-3).

use super::*;

/// A receipt as the contract's JSON form has it.
fn receipt() -> Value {
    let party = |name: &str| json!({"legal-name": name, "address-lines": [], "country": "", "tax-id": "", "email": "", "auth-id": ""});
    json!({"kind": "receipt", "number": "R-2026-000007", "issued": "0", "period-start": null, "period-end": null,
        "seller": party("Seller"), "customer": party("Fox"), "currency": "USD", "lines": [{"section": ACCOUNT, "section-name": "",
        "product": "recharge", "description": "Recharge", "quantity": "1", "unit": "", "count": "1", "price": null,
        "used-from": null, "used-to": null, "amount": "25000000"}], "discount": "0", "rounding": "0",
        "net": "25000000", "taxes": [], "total": "25000000", "opening-balance": "0", "closing-balance": "0", "movements": [],
        "amount-due": "0", "status": "successful", "method": "card", "refers-to": "charge-1", "note": ""})
}

/// The document of a number.
pub(super) fn document(arguments: &Value) -> Value {
    match arguments["number"].as_str() {
        Some("R-2026-000007") => json!({"ok": receipt()}),
        Some("R-2026-000008") => {
            let mut telugu = receipt();
            telugu["number"] = json!("R-2026-000008");
            telugu["customer"]["legal-name"] = json!("తెలుగు");
            json!({"ok": telugu})
        }
        _ => json!({"err": {"refused": {"not-found": "document"}}}),
    }
}

#[cfg(feature = "documents")]
#[tokio::test]
async fn issued_documents_are_printed_for_whom_the_rules_let_read_them() {
    let server = usual();
    let path = format!("/v1/Account/{ACCOUNT}/Receipt/R-2026-000007/pdf");
    for slash in ["", "/"] {
        let seen = server.customer("GET", &format!("{path}{slash}"), "").await;
        assert_eq!((seen.status, &seen.text[..5]), (200, "%PDF-"), "{}", seen.text);
        let header = |name: &str| seen.headers[name].to_str().expect("text").to_owned();
        assert_eq!(header("content-type"), "application/pdf");
        assert_eq!(header("content-disposition"), "inline; filename=\"receipt-R-2026-000007.pdf\"");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "private, no-cache");
        assert_eq!(header("etag").len(), 66);
    }
    let asked = server.last();
    assert_eq!(asked.0, "invoices.read-document");
    assert_eq!((&asked.1["auth-id"], &asked.1["number"]), (&json!(ACCOUNT), &json!("R-2026-000007")));
    let operators = format!("{path}/");
    assert_eq!(server.operator("GET", &operators, "").await.status, 200);

    for (path, status) in [
        (format!("/v1/Account/{ACCOUNT}/Invoice/R-2026-000007/pdf/"), 404),
        (format!("/v1/Account/{ACCOUNT}/CreditNote/R-2026-000007/pdf/"), 404),
        (format!("/v1/Account/{ACCOUNT}/Receipt/R-2026-000009/pdf/"), 404),
    ] {
        let seen = server.customer("GET", &path, "").await;
        assert_eq!(seen.status, status, "{path}: {}", seen.text);
        assert!(seen.body["api_id"].is_string() && seen.body["error"].is_string());
    }
    assert_eq!(server.ask("GET", &path, &[("authorization", &basic(ACCOUNT, "0"))], "").await.status, 401);
    assert_eq!(server.customer("POST", &path, "").await.status, 405);

    // The operator hears what to install, the customer that somebody will.
    let telugu = server.operator("GET", &operators.replace("000007", "000008"), "").await;
    assert_eq!((telugu.status, &telugu.body["code"]), (503, &json!("missing_glyphs")));
    let error = telugu.body["error"].as_str().expect("text");
    assert!(error.contains("U+0C24") && error.contains("apt-get install fonts-noto-core"), "{error}");
    let telugu = server.customer("GET", &path.replace("000007", "000008"), "").await;
    assert_eq!((telugu.status, &telugu.body["code"]), (503, &json!("missing_glyphs")));
    assert!(!telugu.text.contains("apt-get"), "{}", telugu.text);
}
