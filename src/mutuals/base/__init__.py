"""The floor: journal, clock, ids, jobs, filters, files and the guarded net. It has no CRM words."""
