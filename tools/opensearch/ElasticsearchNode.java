import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * One node of a test cluster, in a process of its own so that it can be paused and killed.
 * usage: java --module-path … --add-modules ALL-MODULE-PATH ElasticsearchNode.java CONFIG_FOLDER SETTING=VALUE…
 */
public class ElasticsearchNode {
  public static void main(String[] args) throws Exception {
    Settings.Builder settings = Settings.builder();
    for (int i = 1; i < args.length; i++) {
      int at = args[i].indexOf('=');
      String value = args[i].substring(at + 1);
      if (value.contains(",")) settings.putList(args[i].substring(0, at), value.split(","));
      else settings.put(args[i].substring(0, at), value);
    }
    LogConfigurator.configureESLogging();
    Environment environment = new Environment(settings.build(), Path.of(args[0]));
    PluginsLoader plugins = PluginsLoader.createPluginsLoader(
        bundles("loadModulesBundles", environment.modulesDir()),
        bundles("loadPluginsBundles", environment.pluginsDir()),
        Map.of());
    Node node = new Node(environment, plugins);
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

  /** Since version 9 there is a second argument: whether this is Elastic's own service. */
  @SuppressWarnings("unchecked")
  private static Set<PluginBundle> bundles(String name, Path folder) throws Exception {
    Method load = Arrays.stream(PluginsLoader.class.getMethods()).filter(m -> m.getName().equals(name)).findFirst().get();
    Object found = load.getParameterCount() == 1 ? load.invoke(null, folder) : load.invoke(null, folder, false);
    return (Set<PluginBundle>) found;
  }
}
