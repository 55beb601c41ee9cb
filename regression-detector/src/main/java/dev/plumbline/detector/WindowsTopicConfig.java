package dev.plumbline.detector;

import dev.plumbline.contract.wire.Topics;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Names the windows topic after the window length: an expression in a properties file cannot. A length that names no
 * topic is left to the check of the settings, which says what is wrong with it.
 */
public final class WindowsTopicConfig implements ConfigSourceFactory {

    /** Above application.properties, below everything that a person sets. */
    private static final int ORDINAL = 255;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue window = context.getValue("plumbline.detector.window");
        String text = window == null || window.getValue() == null ? "10s" : window.getValue();
        try {
            Duration length = DurationConverter.parseDuration(text);
            return List.of(new PropertiesConfigSource(
                    Map.of("mp.messaging.incoming.windows.topic", Topics.windows(length)), "windows-topic", ORDINAL));
        } catch (RuntimeException e) {
            return List.of();
        }
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }
}
