package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.telemetry.sampling.Poll;
import dev.plumbline.telemetry.sampling.SampleSource;
import dev.plumbline.telemetry.sampling.Viewpoint;
import dev.plumbline.telemetry.scrape.Fetched;
import dev.plumbline.telemetry.scrape.PageAddress;
import dev.plumbline.telemetry.scrape.PageClient;
import dev.plumbline.telemetry.scrape.PrometheusPage;
import java.time.Duration;
import java.util.List;

/** A page of GPU metrics that is asked over HTTP, on this machine or another one. */
final class GpuExporter implements SampleSource<GpuSample> {

    private final Viewpoint viewpoint;
    private final PageClient client;
    private final PageAddress address;
    private final Duration timeout;
    private final List<GpuPage> kinds;

    /** @param kinds the exporters that it may be, tried in order */
    GpuExporter(Viewpoint viewpoint, PageClient client, PageAddress address, Duration timeout, List<GpuPage> kinds) {
        this.viewpoint = viewpoint;
        this.client = client;
        this.address = address;
        this.timeout = timeout;
        this.kinds = List.copyOf(kinds);
    }

    @Override
    public Poll<GpuSample> poll() throws InterruptedException {
        return switch (client.get(address, timeout)) {
            case Fetched.Failure failure -> new Poll.Failed<>(failure.reason(), failure.detail());
            case Fetched.Page fetched -> read(fetched.body());
        };
    }

    private Poll<GpuSample> read(String body) {
        long now = viewpoint.clock().nanos();
        PrometheusPage page = PrometheusPage.parse(body);
        if (page.isEmpty()) {
            return new Poll.Failed<>(FailureReason.UNREADABLE, "not a page of metrics: " + address);
        }
        for (GpuPage kind : kinds) {
            if (kind.isOn(page)) {
                List<GpuSample> samples = kind.read(page, viewpoint.at(now));
                if (!samples.isEmpty()) {
                    return new Poll.Taken<>(now, samples);
                }
            }
        }
        return new Poll.Failed<>(FailureReason.NOTHING_KNOWN, "no GPU metrics that are known at " + address);
    }

    @Override
    public void close() {
        // The client is shared and closed by its owner.
    }
}
