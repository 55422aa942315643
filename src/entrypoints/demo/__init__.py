"""`takeoff-mailer demo`: the real worker between an in-memory queue and an embedded inbox."""
