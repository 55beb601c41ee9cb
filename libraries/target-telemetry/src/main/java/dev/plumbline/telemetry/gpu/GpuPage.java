package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.Observation;
import dev.plumbline.telemetry.scrape.PrometheusPage;
import java.util.Comparator;
import java.util.List;

/** A Prometheus page of an exporter, as samples. */
interface GpuPage {

    /** By index, 2 before 10, a GPU before its instances. */
    Comparator<GpuSample> BY_INDEX = Comparator.<GpuSample>comparingInt(
                    sample -> sample.gpu().index().split("/", 2)[0].length())
            .thenComparing(sample -> sample.gpu().index());

    /** Whether the page is of this exporter. */
    boolean isOn(PrometheusPage page);

    /** The GPUs on the page; a GPU has at most one sample. */
    List<GpuSample> read(PrometheusPage page, Observation observation);
}
