"""What people allow: purposes of the house, and consents of one customer."""
