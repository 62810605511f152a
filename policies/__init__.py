"""DECIDE. Values in, verdict out: synchronous, pure, no input or output, no clock."""
