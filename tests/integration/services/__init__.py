"""How the suite gets the servers that it needs: a container, or a package of Debian run privately."""
