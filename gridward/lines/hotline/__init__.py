"""The hotline: whoever calls is heard, somebody is sent, and it is proven that it was done."""
