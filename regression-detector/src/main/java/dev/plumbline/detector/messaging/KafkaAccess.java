package dev.plumbline.detector.messaging;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jboss.logging.Logger;

/**
 * Whether Kafka lets us in: asked once, before any channel starts. A channel that is refused ends, and tells it to a log
 * and to nobody else; a broker that is away for a while is what it waits for by itself.
 */
public final class KafkaAccess {

    private static final Logger LOG = Logger.getLogger(KafkaAccess.class);

    private static final int ANSWER_WITHIN_MILLIS = 10_000;

    private final Consumers consumers;

    public KafkaAccess(Consumers consumers) {
        this.consumers = consumers;
    }

    /**
     * @param topic that is going to be read
     * @throws Refused when Kafka answers and does not want us
     * @throws WrongProperty when no client can be made with what is set
     */
    public void require(String topic) {
        try (Consumer<byte[], byte[]> consumer = consumers.open(Map.of(
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                ANSWER_WITHIN_MILLIS,
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                ANSWER_WITHIN_MILLIS))) {
            var unused = consumer.partitionsFor(topic);
        } catch (OutOfMemoryError e) {
            // Kafka's client takes the first bytes of a TLS alert for the length of an answer.
            throw new Refused(
                    "Kafka's answer cannot be read: does it want TLS? Then say so in plumbline.kafka.properties");
        } catch (AuthenticationException | AuthorizationException e) {
            throw new Refused("Kafka refuses us (" + e.getMessage()
                    + "): correct plumbline.kafka.bootstrap-servers and plumbline.kafka.properties");
        } catch (KafkaException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ConfigException) {
                    throw new WrongProperty("plumbline.kafka: " + cause.getMessage());
                }
            }
            LOG.warnf("Kafka does not answer yet: %s", e.getMessage());
        }
    }

    /** Kafka answers and does not want us; the message is one line. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** A property of the clients is wrong; the message is one line that names it. */
    public static final class WrongProperty extends RuntimeException {
        private static final long serialVersionUID = 1;

        WrongProperty(String message) {
            super(message);
        }
    }
}
