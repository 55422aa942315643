"""Pure rules of mail delivery: synchronous, standard library only; no clock, no random, no I/O."""
