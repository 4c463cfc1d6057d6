"""How servers refuse parts of a request: statuses, bodies and texts as they give them publicly.

Each quirk refuses requests that have what the server doesn't take, and answers the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from skyvern_dagster.llm.loopback import ChatRequest, HttpError, Raw

Body = dict[str, Any]


@dataclass(frozen=True)
class Quirk:
    """One thing that a server doesn't take.

    Attributes:
        name: Server and thing.
        refuses: Whether it refuses a request.
        reply: How it does so.
    """

    name: str
    refuses: Callable[[Body], bool]
    reply: HttpError | Raw

    def __call__(self, request: ChatRequest) -> HttpError | Raw | dict[str, Any]:
        """Answers a request as the server does."""
        return self.reply if self.refuses(request.body) else {"a": 1}


def _has(name: str) -> Callable[[Body], bool]:
    return lambda body: name in body


def _form(kind: str) -> Callable[[Body], bool]:
    return lambda body: (body.get("response_format") or {}).get("type") == kind


def _any_form(body: Body) -> bool:
    return "response_format" in body


def _pictures(body: Body) -> bool:
    return any(not isinstance(message["content"], str) for message in body["messages"])


def _two_of_a_role(body: Body) -> bool:
    roles = [message["role"] for message in body["messages"]]
    return any(one == other for one, other in pairwise(roles))


def _system(body: Body) -> bool:
    return any(message["role"] == "system" for message in body["messages"])


def _empty_object(body: Body) -> bool:
    return _form("json_schema")(body) and _holds_empty(
        body["response_format"]["json_schema"]["schema"]
    )


def _holds_empty(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    if schema.get("type") == "object" and not schema.get("properties"):
        return True
    inner = [*(schema.get("properties") or {}).values(), schema.get("items")]
    return any(_holds_empty(each) for each in inner)


def _untyped(body: Body) -> bool:
    if not _form("json_schema")(body):
        return False
    return _holds_untyped(body["response_format"]["json_schema"]["schema"])


def _holds_untyped(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return True
    inner = [*(schema.get("properties") or {}).values()]
    inner += [schema["items"]] if schema.get("type") == "array" else []
    return not isinstance(schema.get("type"), str) or any(_holds_untyped(each) for each in inner)


def _vllm(message: str) -> Raw:
    return Raw(
        400, {"object": "error", "message": message, "type": "BadRequestError", "param": None,
              "code": 400},
    )  # fmt: skip


def _gemini(message: str) -> Raw:
    return Raw(400, [{"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}])


QUIRKS = (
    Quirk(
        "OpenAI, reasoning models: max_tokens",
        _has("max_tokens"),
        HttpError(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            "unsupported_parameter",
        ),
    ),
    Quirk(
        "Azure OpenAI, older versions: max_completion_tokens",
        _has("max_completion_tokens"),
        HttpError(400, "Unrecognized request argument supplied: max_completion_tokens"),
    ),
    Quirk(
        "Mistral: max_completion_tokens",
        _has("max_completion_tokens"),
        Raw(
            422,
            {"object": "error", "message": {"detail": [
                {"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"],
                 "msg": "Extra inputs are not permitted", "input": 4000}
            ]}, "type": "invalid_request_error", "param": None, "code": None},
        ),
    ),
    Quirk(
        "vLLM, older versions: max_completion_tokens",
        _has("max_completion_tokens"),
        _vllm("[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), 'msg': "
              "'Extra inputs are not permitted', 'input': 4000}]"),
    ),
    Quirk(
        "vLLM: an answer longer than the context leaves",
        lambda body: "max_tokens" in body or "max_completion_tokens" in body,
        _vllm("'max_tokens' or 'max_completion_tokens' is too large: 4000. This model's maximum "
              "context length is 4096 tokens and your request has 1200 input tokens "
              "(4000 > 4096 - 1200)."),
    ),
    Quirk(
        "OpenAI, older models: an answer longer than the model's",
        lambda body: "max_tokens" in body or "max_completion_tokens" in body,
        HttpError(400, "max_tokens is too large: 4000. This model supports at most 2048 completion "
                       "tokens, whereas you provided 4000. max_completion_tokens", "invalid_value"),
    ),
    Quirk(
        "OpenAI, reasoning models: temperature",
        _has("temperature"),
        HttpError(400, "Unsupported value: 'temperature' does not support 0 with this model. Only "
                       "the default (1) value is supported.", "unsupported_value"),
    ),
    Quirk(
        "OpenAI, older models: json_schema",
        _form("json_schema"),
        HttpError(400, "Invalid parameter: 'response_format' of type 'json_schema' is not "
                       "supported with this model. Learn more about supported models at the "
                       "Structured Outputs guide"),
    ),
    Quirk(
        "Azure OpenAI, older versions: json_schema",
        _form("json_schema"),
        HttpError(400, "response_format value as json_schema is enabled only for api versions "
                       "2024-08-01-preview and later", "BadRequest"),
    ),
    Quirk(
        "DeepSeek: json_schema",
        _form("json_schema"),
        HttpError(400, "This response_format type is unavailable now", "invalid_request_error"),
    ),
    Quirk(
        "DeepSeek, its former API: json_schema",
        _form("json_schema"),
        Raw(422, "Failed to deserialize the JSON body into the target type: response_format: "
                 "response_format.type `json_schema` is unavailable now at line 1 column 12440"),
    ),
    Quirk(
        "Groq: json_schema",
        _form("json_schema"),
        HttpError(400, "This model does not support response format `json_schema`. See supported "
                       "models at structured outputs"),
    ),
    Quirk(
        "LM Studio: json_object",
        lambda body: _form("json_object")(body) or _empty_object(body) or _untyped(body),
        Raw(400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}),
    ),
    Quirk(
        "No structured output at all",
        _any_form,
        Raw(422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "response_format"],
                              "msg": "Extra inputs are not permitted",
                              "input": {"type": "json_schema"}}]}),
    ),
    Quirk(
        "OpenRouter: no endpoint with structured output",
        _any_form,
        HttpError(404, "No endpoints found that can handle the requested parameters. To learn more "
                       "about provider routing, see the documentation"),
    ),
    Quirk(
        "OpenRouter: the provider's error inside its own",
        _form("json_schema"),
        Raw(400, {"error": {"message": "Provider returned error", "code": 400, "metadata": {
            "raw": '{"error":{"message":"response_format.type `json_schema` is unavailable now"}}',
            "provider_name": "DeepSeek"}}}),
    ),
    Quirk(
        "OpenRouter: an error with status 200",
        _form("json_schema"),
        Raw(200, {"error": {"message": "response_format json_schema is not supported by this "
                                       "provider", "code": 400}}),
    ),
    Quirk(
        "Gemini: an object without fields",
        _empty_object,
        _gemini("* GenerateContentRequest.generation_config.response_schema.properties[\"data\"]"
                ".properties: should be non-empty for OBJECT type\n"),
    ),
    Quirk(
        "Gemini: a field without a type",
        _untyped,
        _gemini("* GenerateContentRequest.generation_config.response_schema.properties[\"any\"]"
                ".type: must be specified when not using one_of, any_of or all_of fields\n"),
    ),
    Quirk(
        "Gemini's compatible endpoint: several types",
        _untyped,
        _gemini("Request contains an invalid argument."),
    ),
    Quirk(
        "vLLM: a schema that its grammar can't hold",
        _untyped,
        _vllm("The provided JSON schema contains features not supported by xgrammar."),
    ),
    Quirk(
        "llama.cpp: a schema that its grammar can't hold",
        _untyped,
        Raw(400, {"error": {"code": 400, "message": "Failed to initialize samplers: failed to "
                            "parse grammar", "type": "invalid_request_error"}}),
    ),
    Quirk(
        "vLLM, Mistral's template: two messages of one role",
        _two_of_a_role,
        _vllm("After the optional system message, conversation roles must alternate "
              "user/assistant/user/assistant/..."),
    ),
    Quirk(
        "vLLM, Llama 2's template: a system message",
        lambda body: _two_of_a_role(body) or _system(body),
        _vllm("Conversation roles must alternate user/assistant/user/assistant/..."),
    ),
    Quirk(
        "vLLM, Gemma's template: a system message",
        _system,
        _vllm("System role not supported"),
    ),
    Quirk(
        "Gemini, Gemma's models: a system message",
        _system,
        _gemini("Developer instruction is not enabled for models/gemma-3-27b-it"),
    ),
    Quirk(
        "Mistral 7B's template: other roles",
        _system,
        _vllm("Only user and assistant roles are supported!"),
    ),
    Quirk(
        "vLLM: a picture",
        _pictures,
        _vllm("At most 0 image(s) may be provided in one request."),
    ),
    Quirk(
        "vLLM, newer versions: a picture",
        _pictures,
        _vllm("meta-llama/Llama-3.1-8B-Instruct is not a multimodal model"),
    ),
    Quirk(
        "llama.cpp: a picture",
        _pictures,
        Raw(500, {"error": {"code": 500, "message": "image input is not supported - hint: if this "
                            "is unexpected, you may need to provide the mmproj",
                            "type": "server_error"}}),
    ),
    Quirk(
        "OpenRouter: a picture",
        _pictures,
        Raw(404, {"error": {"message": "No endpoints found that support image input",
                            "code": 404}}),
    ),
    Quirk(
        "LM Studio: a picture",
        _pictures,
        Raw(400, {"error": "Model does not support images. Please use a model that does."}),
    ),
    Quirk(
        "DeepSeek: a picture",
        _pictures,
        Raw(422, "Failed to deserialize the JSON body into the target type: messages[1]: unknown "
                 "variant `image_url`, expected `text` at line 1 column 8000"),
    ),
    Quirk(
        "Groq: a picture",
        _pictures,
        HttpError(400, "'messages.2' : for 'role:user' the following must be satisfied"
                       "[('messages.2.content' : value must be a string)]"),
    ),
)  # fmt: skip
