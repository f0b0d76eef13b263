"""The hotline's pages, one module for each kind of reader."""
