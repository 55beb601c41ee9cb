package dev.plumbline.pipeline.layering;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * How much ArchUnit reads about classes that a rule does not judge. By itself it follows members, annotations and type
 * parameters through all libraries and the JDK, thousands of classes, of which a rule here sees a name at most.
 */
enum ImportDepth {

    /** Of another class only its name and package, as the judged class states them. */
    NAMES_ONLY(0, 0),

    /** Also the supertypes, to the last, of a class that is called or extended: a rule may mean subtypes, too. */
    SUPERTYPES_OF_CALLED(1, -1);

    private static final int NEVER = 0;
    /** Held, because a logger that nobody holds forgets its level. */
    private static final Logger READING = Logger.getLogger("com.tngtech.archunit");

    static {
        // An app's logging, which is on the class path, listens to everything until the app starts, and here none does:
        // a line with its caller for each field and call that is read costs ten times what reading costs.
        READING.setLevel(Level.WARNING);
    }

    private static final String PREFIX = "import.dependencyResolutionProcess.maxIterationsFor";

    private final int accesses;
    private final int supertypes;

    /** How often ArchUnit goes one step further; negative is without end. */
    ImportDepth(int accesses, int supertypes) {
        this.accesses = accesses;
        this.supertypes = supertypes;
    }

    /** The classes that an importer reads, for this thread only at this depth. */
    JavaClasses read(Function<ClassFileImporter, JavaClasses> classes) {
        return ArchConfiguration.withThreadLocalScope(configuration -> {
            set(configuration, "AccessesToTypes", accesses);
            set(configuration, "Supertypes", supertypes);
            set(configuration, "MemberTypes", NEVER);
            set(configuration, "PermittedSubclasses", NEVER);
            set(configuration, "EnclosingTypes", NEVER);
            set(configuration, "AnnotationTypes", NEVER);
            set(configuration, "GenericSignatureTypes", NEVER);
            configuration.setResolveMissingDependenciesFromClassPath(accesses != NEVER || supertypes != NEVER);
            return classes.apply(new ClassFileImporter());
        });
    }

    private static void set(ArchConfiguration configuration, String types, int iterations) {
        configuration.setProperty(PREFIX + types, Integer.toString(iterations));
    }
}
