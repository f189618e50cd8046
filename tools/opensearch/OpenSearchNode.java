import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.codelibs.opensearch.runner.node.OpenSearchRunnerNode;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.plugins.Plugin;

/**
 * One node of a test cluster, in a process of its own so that it can be paused and killed.
 * usage: java -cp 'lib/*' OpenSearchNode.java CONFIG_FOLDER SETTING=VALUE…
 */
public class OpenSearchNode {
  private static final String[] MODULES = {
    "org.opensearch.transport.Netty4Plugin",
    "org.opensearch.transport.Netty4ModulePlugin",
    "org.opensearch.painless.PainlessPlugin",
    "org.opensearch.painless.PainlessModulePlugin",
    "org.opensearch.analysis.common.CommonAnalysisPlugin",
    "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
    "org.opensearch.ingest.common.IngestCommonPlugin",
    "org.opensearch.ingest.common.IngestCommonModulePlugin",
    "org.opensearch.index.mapper.MapperExtrasPlugin",
    "org.opensearch.index.mapper.MapperExtrasModulePlugin",
    "org.opensearch.index.reindex.ReindexPlugin",
    "org.opensearch.index.reindex.ReindexModulePlugin",
    "org.opensearch.search.aggregations.matrix.MatrixAggregationPlugin",
    "org.opensearch.search.aggregations.matrix.MatrixAggregationModulePlugin",
  };

  public static void main(String[] args) throws Exception {
    Settings.Builder settings = Settings.builder();
    for (int i = 1; i < args.length; i++) {
      int at = args[i].indexOf('=');
      String value = args[i].substring(at + 1);
      if (value.contains(",")) settings.putList(args[i].substring(0, at), value.split(","));
      else settings.put(args[i].substring(0, at), value);
    }
    OpenSearchRunnerNode node = new OpenSearchRunnerNode(new Environment(settings.build(), Path.of(args[0])), plugins());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.close();
      } catch (Exception e) {
        e.printStackTrace();
      }
    }));
    node.start();
    System.out.println("node started");
    Thread.currentThread().join();
  }

  @SuppressWarnings("unchecked")
  private static List<Class<? extends Plugin>> plugins() {
    List<Class<? extends Plugin>> found = new ArrayList<>();
    for (String name : MODULES) {
      try {
        found.add((Class<? extends Plugin>) Class.forName(name));
      } catch (ClassNotFoundException e) {
        // Names differ between major versions.
      }
    }
    return found;
  }
}
