"""Conversations and what was said."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /conversations": "conversation.view",
    "GET /conversations/{conversation_id}": "conversation.view",
    "GET /conversations/{conversation_id}/messages": "conversation.view",
    "GET /conversations/{conversation_id}/ways": "conversation.reply",
    "POST /conversations/{conversation_id}/replies": "conversation.reply",
    "POST /conversations/{conversation_id}/notes": "conversation.note",
    "POST /conversations/{conversation_id}/assign": "conversation.view",  # to others: conversation.assign, in the act
    "POST /conversations/{conversation_id}/close": "conversation.close",
    "POST /conversations/{conversation_id}/reopen": "conversation.close",
    "POST /conversations/{conversation_id}/wait": "conversation.reply",
    "POST /conversations/{conversation_id}/snooze": "conversation.reply",
    "POST /interactions": "interaction.add",
    "GET /interactions/{interaction_id}": "conversation.view",
    "POST /interactions/{interaction_id}/like": "conversation.reply",
    "POST /interactions/{interaction_id}/take-back": "conversation.reply",
    "POST /interactions/{interaction_id}/unsay": "interaction.delete",
    "DELETE /conversations/{conversation_id}/prepared": "conversation.reply",
}

ROUTES: dict[str, dict[str, str]] = {
    "inbox/": {"GET": "conversation.view"},
    "inbox/<int:conversation_id>/": {"GET": "conversation.view"},
    "inbox/<int:conversation_id>/assign/": {"POST": "conversation.reply"},
    "inbox/<int:conversation_id>/close/": {"POST": "conversation.close"},
    "inbox/<int:conversation_id>/draft/": {"POST": "conversation.reply"},
    "inbox/<int:conversation_id>/newest/": {"GET": "conversation.view"},
    "inbox/<int:conversation_id>/older/": {"GET": "conversation.view"},
    "inbox/<int:conversation_id>/reopen/": {"POST": "conversation.close"},
    "inbox/<int:conversation_id>/snooze/": {"POST": "conversation.reply"},
    "inbox/<int:conversation_id>/wait/": {"POST": "conversation.reply"},
    "inbox/<int:conversation_id>/write/": {"POST": "conversation.note"},
    "inbox/many/": {"POST": "conversation.close"},
    "inbox/messages/<int:interaction_id>/again/": {"POST": "conversation.reply"},
    "inbox/messages/<int:interaction_id>/back/": {"POST": "conversation.reply"},
    "inbox/messages/<int:interaction_id>/like/": {"POST": "conversation.reply"},
    "inbox/messages/<int:interaction_id>/settle/": {"POST": "conversation.reply"},
    "inbox/messages/<int:interaction_id>/unsay/": {"POST": "interaction.delete"},
    "inbox/messages/<int:interaction_id>/wordings/": {"GET": "conversation.view"},
    "inbox/rows/": {"GET": "conversation.view"},
}

BODIES: dict[str, object] = {
    "POST /conversations/{conversation_id}/notes": {"text": "Ask Ben."},
    "POST /conversations/{conversation_id}/close": {"purpose": "fix", "outcome": "solved"},
    "POST /conversations/{conversation_id}/assign": {"to_id": None},
}
