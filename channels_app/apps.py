"""Django's view of the channels and their providers."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class ChannelsAppConfig(AppConfig):
    """Register the channels, apart from the Django Channels app named ``channels``."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "channels_app"
    label = "roomkit_channels"
    verbose_name = _("RoomKit channels")

    def ready(self) -> None:
        """Announce the sockets, pages, demo, chores and checks of this app."""
        # They reach models, which exist only now.
        from channels_app.ai.backing import register_maker  # noqa: PLC0415
        from channels_app.ai.tools.threads import register_care  # noqa: PLC0415
        from channels_app.configured.following import make_directory  # noqa: PLC0415
        from channels_app.consumers import sockets  # noqa: PLC0415
        from channels_app.deciding import CHORE as APPROVALS  # noqa: PLC0415
        from channels_app.deciding import settle_due  # noqa: PLC0415
        from channels_app.demo import seed_chats  # noqa: PLC0415
        from channels_app.stores.agents import database_ai_store  # noqa: PLC0415
        from channels_app.stores.ledger import CHORE as BUDGETS  # noqa: PLC0415
        from channels_app.stores.ledger import end_old_incidents  # noqa: PLC0415
        from channels_app.stores.tool_threads import tended_connections  # noqa: PLC0415
        from channels_app.webhooks.fetched import make_taker  # noqa: PLC0415
        from channels_app.webhooks.handling import CHORE, handle_due  # noqa: PLC0415
        from rooms.chores import register_chore  # noqa: PLC0415
        from rooms.directories import register_directory  # noqa: PLC0415
        from rooms.serving.demo import register_demo  # noqa: PLC0415
        from rooms.serving.pages import register_page  # noqa: PLC0415
        from rooms.sources.taking import register_taker  # noqa: PLC0415

        sockets.register()
        register_demo(seed_chats)
        register_chore(CHORE, handle_due)
        register_chore(APPROVALS, settle_due)
        register_chore(BUDGETS, end_old_incidents)
        register_directory(make_directory)
        register_maker(database_ai_store)
        register_care(tended_connections)
        register_taker(make_taker)
        register_page(_("Chat"), "roomkit_channels:chat")
        _register_questions()
        _register_tasks()


def _register_questions() -> None:
    """Have `manage.py doctor` and `manage.py check` ask about the parts of this app."""
    # They reach models, which exist only now.
    from channels_app.chat import reporting as chat  # noqa: PLC0415
    from channels_app.checks import check_sdks  # noqa: PLC0415
    from channels_app.configured import agent_reporting as agents  # noqa: PLC0415
    from channels_app.configured import reporting as channels  # noqa: PLC0415
    from channels_app.stores import closed_endpoints as endpoints  # noqa: PLC0415
    from rooms.probes.diagnosis import register_question  # noqa: PLC0415

    register_question(channels.SUBJECT, channels.read_channels)
    register_question(agents.SUBJECT, agents.read_agents)
    register_question(chat.SUBJECT, chat.read_chat)
    register_question(endpoints.SUBJECT, endpoints.read_endpoints)
    register(channels.check_channel_ids, Tags.database)
    register(check_sdks)


def _register_tasks() -> None:
    """Keep delegated tasks and statuses in the database, have workers do tasks and evaluations."""
    # They reach models, which exist only now.
    from channels_app.ai import statuses  # noqa: PLC0415
    from channels_app.evaluation import background  # noqa: PLC0415
    from channels_app.evaluation.forgetting import follow_rooms  # noqa: PLC0415
    from channels_app.stores.delegated_tasks import (  # noqa: PLC0415
        CHORE,
        database_tasks,
        look_after_tasks,
    )
    from channels_app.stores.statuses import database_statuses  # noqa: PLC0415
    from rooms.chores import register_chore  # noqa: PLC0415
    from rooms.delegated import rows  # noqa: PLC0415

    rows.register_maker(database_tasks)
    statuses.register_maker(database_statuses)
    register_chore(CHORE, look_after_tasks)
    register_chore(background.CHORE, background.try_due)
    follow_rooms()
