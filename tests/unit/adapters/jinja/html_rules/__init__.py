"""Tests of the rules for the HTML of mails."""
