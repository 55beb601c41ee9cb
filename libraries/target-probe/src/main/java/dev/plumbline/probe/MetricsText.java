package dev.plumbline.probe;

import dev.plumbline.probe.Reply.Answered;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks into the text format of Prometheus: whose names, and the settings that an engine tells as labels. */
final class MetricsText {

    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final String CACHE_CONFIG = "vllm:cache_config_info{";
    private static final int MOST_LABELS = 64;

    private MetricsText() {}

    /** Whose metric names a page has; empty where it is no page of metrics. */
    static Optional<Engine.Kind> engine(Answered page) {
        String text = page.text();
        if (page.status() != 200 || page.isPage() || !text.contains("# TYPE ")) {
            return Optional.empty();
        }
        if (text.contains("# TYPE vllm:")) {
            return Optional.of(Engine.Kind.VLLM);
        }
        if (text.contains("# TYPE sglang:")) {
            return Optional.of(Engine.Kind.SGLANG);
        }
        if (text.contains("# TYPE llamacpp:")) {
            return Optional.of(Engine.Kind.LLAMA_CPP);
        }
        return Optional.of(text.contains("# TYPE tgi_") ? Engine.Kind.TGI : Engine.Kind.UNKNOWN);
    }

    /** vLLM's cache settings, by vLLM's names; those that are not set are left out. */
    static Map<String, String> cacheSettings(String text) {
        int start = text.indexOf(CACHE_CONFIG);
        Map<String, String> settings = new LinkedHashMap<>();
        if (start < 0) {
            return settings;
        }
        int end = text.indexOf('\n', start);
        Matcher labels = LABEL.matcher(text.substring(start + CACHE_CONFIG.length(), end < 0 ? text.length() : end));
        while (labels.find() && settings.size() < MOST_LABELS) {
            String name = labels.group(1);
            String value = labels.group(2);
            if (!name.equals("engine") && !name.startsWith("_") && !value.equals("None") && !value.isEmpty()) {
                settings.put(name, Words.oneLine(value));
            }
        }
        return settings;
    }
}
