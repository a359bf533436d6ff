"""The limits of Tavus for definitions and messages, each with its source.

``doc``: Tavus's public documentation; ``client``: the official client, tavus-cli 0.11.0; ``wild``:
reported by users, unverified; ``inferred``: our conclusion.
"""

from __future__ import annotations

TOOL_NAME = r"[a-zA-Z_][a-zA-Z0-9_]{0,63}"
"Of `name`; must match as a whole [doc] [client]."

TOOL_SIZE = 10_000
"Characters of a tool's description and its parameters as JSON, together ([doc]; count [client])."

TOOLS_PER_PAL = 50
"Tools attached to one PAL [doc]."

TOOL_TIMEOUT = 60.0
"Seconds: the maximum of `delivery.api.timeout`, which must be more than 0 [client]."

RESERVED_PREFIX = "tavus_"
"No parameter name may begin with this prefix: Tavus injects such placeholders [doc] [client]."

OBJECTIVE_NAME = r"[a-zA-Z0-9_]+"
"Of `objective_name` [client] and of `guardrail_name` [doc]; must match as a whole."

OBJECTIVE_NAME_LENGTH = 100
"Characters of `objective_name` and of the name of an objective set [client]."

OBJECTIVE_PROMPT_LENGTH = 10_000
"Characters of `objective_prompt` [client]."

OBJECTIVES_PER_SET = 50
"Objectives in one set; there must be at least one [client]."

OUTPUT_VARIABLES = 50
"Output variables of one objective [client]."

CALLBACK_URL_LENGTH = 2048
"Characters of an objective's `callback_url` [client]."

GUARDRAIL_TAGS = 32
"Tags of one guardrail [client]."

APP_MESSAGE_BYTES = 4096
"Bytes of one app message as JSON; Tavus may drop a longer message [wild]."

CRAWL_DEPTH = 10
"The maximum of `crawl.depth`; the minimum is 1 [doc]."

CRAWL_PAGES = 100
"The maximum of `crawl.max_pages`; the minimum is 1 [doc]."

CRAWL_DOCUMENTS = 100
"Documents with a crawl in one account; Tavus answers the next with 429 [doc]."

CRAWLS_AT_ONCE = 5
"Crawls of one account that run at the same time [doc] recrawl-document."

RECRAWL_COOLDOWN = 3600.0
"Seconds between two crawls of the same document [doc] recrawl-document."

DICTIONARY_NAME_LENGTH = 255
"Characters of a pronunciation dictionary's name; at least 1 [client]."

DICTIONARY_RULES = 10_000
"Rules of one pronunciation dictionary [client]."

PRONOUNCED_TEXT_LENGTH = 200
"Characters of a rule's `text`; at least 1 [client]."

PRONUNCIATION_LENGTH = 500
"Characters of a rule's `pronunciation`; at least 1 [client]."

PINNED_MEMORY_LENGTH = 500
"Characters of a pinned memory; at least 1 [wild]."

PINNED_MEMORIES = 30
"Pinned memories of one store [wild]."
