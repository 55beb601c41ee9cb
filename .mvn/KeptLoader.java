import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The class loader of what javac runs in itself, here Error Prone: one for all compilations of a Maven build, where javac makes and
 * closes one for each. {@code ./plumb test} compiles it and puts it where javac finds it; the option {@code -XDprocloader} of the
 * root pom names it, and without it javac goes on with a loader of its own.
 */
public final class KeptLoader extends ClassLoader {

    private static final Map<String, ClassLoader> KEPT = new ConcurrentHashMap<>();

    /** As javac calls it. It has nothing to close, so what it stands for stays open. */
    public KeptLoader(URL[] path, ClassLoader parent) {
        super(KEPT.computeIfAbsent(Arrays.toString(path), unused -> new URLClassLoader(path, parent)));
    }
}
