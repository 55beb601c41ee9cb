package dev.plumbline.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.target.lockstep.GpuState;
import org.junit.jupiter.api.Test;

class NvidiaSmiTextTest {

    private static final GpuState BUSY = new GpuState(20L << 30, 80L << 30, 0.5, 0.25, 0.4);
    private static final GpuState IDLE = new GpuState(16L << 30, 80L << 30, 0, 0, 0);
    private static final String ASKED =
            "index,uuid,name,mig.mode.current,utilization.gpu,utilization.memory,memory.used,"
                    + "memory.total,power.draw,power.limit,temperature.gpu,temperature.memory,clocks.current.sm,"
                    + "clocks.current.memory,clocks_event_reasons.active";

    @Test
    void printsTheRowThatOurSamplerReads() {
        NvidiaSmiText text = new NvidiaSmiText(ASKED, "csv,noheader,nounits");

        assertThat(text.complaint()).isEmpty();
        assertThat(text.head()).isEmpty();
        assertThat(text.row(BUSY, 0))
                .isEqualTo(
                        "0, GPU-51307a7e-0000-0000-0000-000000000001, Simulated GPU 80GB, Disabled, 50, 25, 20480, 81920,"
                                + " 322.00, 700.00, 48, 56, 1900, 2619, 0x0000000000000000\n");
        assertThat(text.row(IDLE, 0))
                .endsWith(" 0, 0, 16384, 81920, 70.00, 700.00, 30, 38, 345, 2619, 0x0000000000000001\n");
    }

    @Test
    void printsNamesAndUnitsUnlessToldNotTo() {
        NvidiaSmiText text = new NvidiaSmiText("index, utilization.gpu, memory.used, power.draw, clocks.sm", "csv");

        assertThat(text.head())
                .isEqualTo("index, utilization.gpu [%], memory.used [MiB], power.draw [W], clocks.sm [MHz]\n");
        assertThat(text.row(BUSY, 0)).isEqualTo("0, 50 %, 20480 MiB, 322.00 W, 1900 MHz\n");
    }

    @Test
    void printsTheTimeAsTheRealOne() {
        assertThat(new NvidiaSmiText("timestamp", "csv,noheader").row(IDLE, 1_800_000_000_123L))
                .matches("2027/01/1[456] \\d\\d:\\d\\d:00\\.123\n");
    }

    @Test
    void namesAFieldThatItDoesNotKnow() {
        assertThat(new NvidiaSmiText("index,fan.speed", "csv").complaint())
                .contains("Field \"fan.speed\" is not a valid field to query.\n\n");
        assertThat(new NvidiaSmiText("", "csv").complaint()).isPresent();
    }
}
