"""The page on which template authors see their mails."""
