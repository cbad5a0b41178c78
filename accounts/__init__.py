"""Who people are: sign-in, roles, sessions, links, employers and the audit trail."""
