"""Rules for the HTML of mails, read by the standard library; each takes a document and tells its flaws."""
