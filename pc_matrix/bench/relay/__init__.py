"""What ``pc-matrix bench relay`` measures: the whole bot, beside the server's own limits."""
