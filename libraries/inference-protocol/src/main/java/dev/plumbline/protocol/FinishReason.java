package dev.plumbline.protocol;

import java.util.Locale;
import java.util.Set;

/**
 * Which of the reasons that servers give for the end of an answer complete it. Only those that are known to be good do: a
 * reason is a word that a server chose, and some choose {@code error}. Letter case is of no matter.
 */
final class FinishReason {

    /** OpenAI, vLLM, SGLang, TGI, llama.cpp, Ollama, Anthropic, Google, Cohere, Mistral, AWS; {@code done} is ours. */
    private static final Set<String> GOOD = Set.of(
            "stop",
            "length",
            "tool_calls",
            "tool_call",
            "tool_use",
            "function_call",
            "content_filter",
            "end_turn",
            "max_tokens",
            "stop_sequence",
            "pause_turn",
            "refusal",
            "model_context_window_exceeded",
            "max_output_tokens",
            "max_completion_tokens",
            "max_length",
            "model_length",
            "completed",
            "complete",
            "incomplete",
            "eos",
            "eos_token",
            "end_of_text",
            "stop_token",
            "stop_str",
            "limit",
            "word",
            "repetition",
            "load",
            "unload",
            "done",
            "finished",
            "finish",
            "safety",
            "recitation",
            "prohibited_content",
            "guardrail_intervened");

    private static final Set<String> BAD = Set.of(
            "error",
            "failed",
            "failure",
            "abort",
            "aborted",
            "cancel",
            "cancelled",
            "canceled",
            "timeout",
            "time_out",
            "interrupted",
            "overloaded",
            "internal_error",
            "server_error",
            "engine_error",
            "error_limit",
            "error_toxic",
            "insufficient_system_resource",
            "unexpected_error",
            "malformed_function_call",
            "runner_error");

    /** What stands for nothing in languages that servers are written in. */
    private static final Set<String> NOTHING = Set.of("null", "none", "nil", "undefined", "false", "nan");

    private FinishReason() {}

    /** Whether it is a reason at all. */
    static boolean isStated(String said) {
        return !said.isBlank() && !NOTHING.contains(word(said));
    }

    /** Whether it ends an answer that is whole. */
    static boolean completes(String said) {
        return GOOD.contains(word(said));
    }

    /** Whether it says that something went wrong. */
    static boolean isFailure(String said) {
        String word = word(said);
        return BAD.contains(word) || word.contains("error");
    }

    /** What a reason that completes nothing makes of an answer. */
    static StreamItem objection(String said) {
        return isFailure(said)
                ? new StreamItem.ServerError("finish reason '" + said + "'")
                : new StreamItem.Malformed("a finish reason that is not known: '" + said + "'");
    }

    private static String word(String said) {
        return said.strip().toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
    }
}
