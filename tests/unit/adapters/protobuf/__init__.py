"""The wire format of tasks, held against Google's parser."""
