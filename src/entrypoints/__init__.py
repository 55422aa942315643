"""Where a process starts: settings, container, commands, health; may depend on everything."""
