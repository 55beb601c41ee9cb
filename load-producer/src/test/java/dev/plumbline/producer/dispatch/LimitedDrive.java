package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.protocol.EndpointType;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** A process that may open few files, and drives a target when it has used up all but some; prints one outcome per line. */
final class LimitedDrive {

    private static final int LEFT = 4;

    private LimitedDrive() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        try (Drive drive = new Drive()) {
            // Classes are read from files, too: all of them before there are none left.
            drive.one(port);
            Deque<FileInputStream> hog = new ArrayDeque<>();
            try {
                while (true) {
                    hog.push(new FileInputStream("/dev/null"));
                }
            } catch (IOException full) {
                for (int i = 0; i < LEFT; i++) {
                    hog.pop().close();
                }
            }
            for (RequestEvent event : drive.run(
                    Drive.at(port, EndpointType.CHAT),
                    Drive.chat(),
                    Drive.timeouts(10_000, 10_000, 20_000),
                    new LoadPlan.Closed(20, 0),
                    20,
                    RetryPolicy.NEVER)) {
                System.out.println(event.outcome());
            }
            System.out.println("counted " + drive.counters.failedRequests());
            for (FileInputStream file : hog) {
                file.close();
            }
        }
    }
}
