"""The ``huitong`` command. Every command has ``--json``; exit codes: 0 done, 1 the work found failures, 2 wrong use."""
