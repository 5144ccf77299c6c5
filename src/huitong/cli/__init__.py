"""The ``huitong`` command. Commands that end have ``--json``; exit codes: 0 done, 1 failures found, 2 wrong use."""
