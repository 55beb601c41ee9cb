package dev.plumbline.detector.watch;

import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.judgement.series.SimulatedSeries;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes simulated windows to a broker; run by hand: bootstrap servers, quiet windows, slow windows. */
final class FeedWindows {
    private FeedWindows() {}

    public static void main(String[] args) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
            List<NewTopic> topics = Stream.of(
                            Topics.windows(Duration.ofSeconds(10)),
                            Topics.VERDICTS,
                            Topics.ALERTS,
                            Topics.BASELINES,
                            Topics.UNDECODABLE)
                    .map(name -> new NewTopic(name, 1, (short) 1))
                    .toList();
            admin.createTopics(topics);
        }
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", args[0]), new StringSerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < Integer.parseInt(args[1]) + Integer.parseInt(args[2]); i++) {
                if (i == Integer.parseInt(args[1])) {
                    series.tpotFactor(1.2);
                }
                var unused = producer.send(new ProducerRecord<>(
                        Topics.windows(Duration.ofSeconds(10)),
                        series.series().key(),
                        Codec.WINDOWS.encode(series.window())));
            }
        }
    }
}
