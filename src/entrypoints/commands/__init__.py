"""One file per command of `takeoff-mailer`; each imports what it needs only when it runs."""
