"""Cards: raised by machines, ended by people; the hourly watch, rises, playbooks, who is behind one."""
