package dev.plumbline.cli.kafka;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.StackFailure;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;

/** Whether a cluster that somebody named is there: asked before anything starts, so that its absence costs nothing. */
public final class KafkaReach {

    private KafkaReach() {}

    /**
     * Asks the cluster for its nodes.
     *
     * @param client properties of a Kafka client, {@code bootstrap.servers} among them
     * @param answerWithin longest wait
     * @throws StackFailure with one line: no address is known for any of its names or nobody answers, exit code 4; a property
     *     is wrong, exit code 2
     */
    public static void require(Map<String, ?> client, Duration answerWithin) throws InterruptedException {
        String servers = String.valueOf(client.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG));
        requireOneName(servers);
        int millis = Math.toIntExact(answerWithin.toMillis());
        Map<String, Object> settings = new HashMap<>(client);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
        try (Admin admin = Admin.create(settings)) {
            admin.describeCluster().nodes().get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw infrastructure("Kafka at " + servers + " does not answer within " + answerWithin.toSeconds()
                    + " s: start it, correct --kafka, or say with --kafka-config how it wants TLS or SASL");
        } catch (KafkaException e) {
            Throwable cause = e;
            while (!(cause instanceof ConfigException) && cause.getCause() != null) {
                cause = cause.getCause();
            }
            if (cause instanceof ConfigException) {
                throw new StackFailure(ExitCode.USAGE, "--kafka-config: " + cause.getMessage());
            }
            throw infrastructure("Kafka at " + servers + " cannot be spoken to (" + cause.getMessage()
                    + "): correct --kafka and --kafka-config");
        }
    }

    private static void requireOneName(String servers) {
        List<String> unknown = new ArrayList<>();
        for (String address : servers.split(",", -1)) {
            String host = address.strip().replaceFirst(":[0-9]+$", "").replaceAll("[\\[\\]]", "");
            try {
                InetAddress.getByName(host);
                return;
            } catch (UnknownHostException e) {
                unknown.add(host);
            }
        }
        throw infrastructure("Kafka at " + servers + " cannot be found, no address is known for "
                + String.join(", ", unknown) + ": check the spelling in --kafka, or give an address");
    }

    private static StackFailure infrastructure(String message) {
        return new StackFailure(ExitCode.INFRASTRUCTURE, message);
    }
}
