package dev.plumbline.producer;

import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.dispatch.Drive;
import dev.plumbline.producer.dispatch.LoadPlan;
import dev.plumbline.producer.dispatch.RetryPolicy;
import dev.plumbline.protocol.EndpointType;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Drives so many streams at once, as a producer's settings say, and prints what became of each. */
final class HostileDrive {

    private HostileDrive() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        int streams = Integer.parseInt(arguments[1]);
        ProducerSettings settings = ProducerSettings.checked(ProducerConfig.of(Map.of(
                "plumbline.kafka.bootstrap-servers",
                "127.0.0.1:9",
                "plumbline.target.url",
                "http://127.0.0.1:" + port,
                "plumbline.target.model",
                "m",
                "plumbline.load.concurrency",
                arguments[1])));
        long minute = TimeUnit.SECONDS.toNanos(60);
        try (Drive drive = new Drive()) {
            for (RequestEvent event : drive.run(
                    Drive.at(port, EndpointType.CHAT),
                    settings.protocol(),
                    new Timeouts(minute, minute, minute, minute),
                    new LoadPlan.Closed(streams, 0),
                    streams,
                    RetryPolicy.NEVER)) {
                System.out.println(event.outcome());
            }
        }
    }
}
