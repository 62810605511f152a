"""CARRY. One file per direction of travel, asynchronous, over small protocols."""
