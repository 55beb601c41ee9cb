package dev.plumbline.judgement.cause;

import java.util.Locale;

/** Numbers for people. */
final class Words {

    private Words() {}

    static String millis(double before, double now) {
        return round(before / 1e6) + " -> " + round(now / 1e6) + " ms";
    }

    static String seconds(double before, double now) {
        return round(before * 1e3) + " -> " + round(now * 1e3) + " ms";
    }

    static String percent(double before, double now) {
        return round(before * 100) + " -> " + round(now * 100) + " %";
    }

    static String plain(double before, double now) {
        return round(before) + " -> " + round(now);
    }

    static String share(double share) {
        return Math.round(share * 100) + " %";
    }

    /** Three digits, and none that would be 0 behind a point. */
    static String round(double value) {
        double size = Math.abs(value);
        String text = String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
        return text.contains(".") ? text.replaceFirst("0+$", "").replaceFirst("\\.$", "") : text;
    }
}
