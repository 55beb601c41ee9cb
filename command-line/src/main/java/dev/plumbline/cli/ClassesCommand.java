package dev.plumbline.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.sun.net.httpserver.HttpServer;
import dev.plumbline.cli.probe.ProbeListener;
import dev.plumbline.cli.probe.TargetAddress;
import dev.plumbline.cli.probe.TargetProbe;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.contract.wire.Codec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;

/**
 * Loads what a run loads and ends. The script starts it after a build, so that the class-data archive that the JVM writes at
 * its end holds those classes: a run begins its load a second sooner. Nothing is sent to anybody.
 */
@Command(name = "classes", hidden = true)
final class ClassesCommand implements Callable<Integer> {

    /** The discard port of this machine: nobody is asked, clients only begin to look. */
    private static final Map<String, Object> NOBODY =
            Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:9");

    @Override
    public Integer call() throws IOException, InterruptedException {
        HttpServer nothingHere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        nothingHere.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        nothingHere.start();
        try {
            TargetAddress address =
                    TargetAddress.of("127.0.0.1:" + nothingHere.getAddress().getPort());
            new TargetProbe(address, SystemTime::monotonicNanos, "", ProbeListener.SILENT).discover();
        } finally {
            nothingHere.stop(0);
        }
        return kafka();
    }

    private static int kafka() {
        byte[] nothing = "{}".getBytes(StandardCharsets.US_ASCII);
        Codec.EVENTS.decode(nothing);
        Codec.WINDOWS.decode(nothing);
        Codec.VERDICTS.decode(nothing);
        Codec.ALERTS.decode(nothing);
        JsonMapper.builder().addModule(new Jdk8Module()).build();
        try (Admin admin = Admin.create(NOBODY);
                KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(NOBODY, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of());
            return admin.metrics().isEmpty() ? 1 : 0;
        }
    }
}
