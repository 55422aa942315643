"""QR codes, encoded by segno."""
