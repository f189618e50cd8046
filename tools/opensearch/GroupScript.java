import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.LeafReaderContext;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.ScriptPlugin;
import org.elasticsearch.script.AggregationScript;
import org.elasticsearch.script.ScriptContext;
import org.elasticsearch.script.ScriptEngine;
import org.elasticsearch.search.lookup.SearchLookup;

/**
 * Stands in for Painless on a test cluster whose distribution has none: knows our one script (`index-rows.ts`) by its hash and runs
 * the same steps in Java. So it shows what the cluster hands to a script and does with its answer, and nothing about Painless.
 */
public class GroupScript extends Plugin implements ScriptPlugin {
  /** Of the script that was translated here; when it changes, the translation has to follow. */
  private static final String SHA256 = "aeb8b9ee33cd62ef2bece89a26ae270e392c5169d13a1e10219d928d9e649e2f";

  @Override
  public ScriptEngine getScriptEngine(Settings settings, Collection<ScriptContext<?>> contexts) {
    return new ScriptEngine() {
      @Override
      public String getType() {
        return "painless";
      }

      @Override
      public <T> T compile(String name, String code, ScriptContext<T> context, Map<String, String> params) {
        String hash = sha256(code);
        if (context != AggregationScript.CONTEXT || !hash.equals(SHA256))
          throw new IllegalArgumentException(
              "GroupScript.java knows the script " + SHA256 + " in aggs, not " + hash + " in " + context.name);
        return context.factoryClazz.cast((AggregationScript.Factory) GroupScript::factory);
      }

      @Override
      public Set<ScriptContext<?>> getSupportedContexts() {
        return Set.of(AggregationScript.CONTEXT);
      }
    };
  }

  private static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static AggregationScript.LeafFactory factory(Map<String, Object> params, SearchLookup lookup) {
    return new AggregationScript.LeafFactory() {
      @Override
      public AggregationScript newInstance(LeafReaderContext leaf) {
        return new AggregationScript(params, lookup, leaf) {
          @Override
          public Object execute() {
            return key(getParams(), getDoc());
          }
        };
      }

      @Override
      public boolean needs_score() {
        return false;
      }
    };
  }

  @SuppressWarnings("unchecked")
  private static String key(Map<String, Object> params, Map<String, ? extends List<?>> doc) {
    List<String> program = (List<String>) params.get("program");
    List<String> wordFields = (List<String>) params.get("wordFields");
    boolean words = (Boolean) params.get("words");
    for (String field : program) {
      if (words || !doc.containsKey(field)) continue;
      for (Object value : doc.get(field)) {
        String name = value.toString();
        name = name.substring(name.lastIndexOf('/') + 1);
        if (name.startsWith("-")) name = name.substring(1);
        for (String beginning : (List<String>) params.get("interpreters")) if (name.startsWith(beginning)) words = true;
      }
    }
    StringBuilder key = new StringBuilder();
    for (String field : (List<String>) params.get("fields"))
      column(key, doc, program.contains(field) ? params.get("_source") : null, field);
    if (words) {
      for (String field : wordFields) column(key, doc, params.get("_source"), field);
    } else if ((Boolean) params.get("argv0")) {
      StringBuilder args = new StringBuilder();
      inside(args, params.get("_source"), "process.args");
      int second = args.indexOf("\u0001", 1);
      if (second > 0) args.setLength(second);
      if (args.length() == 0) {
        for (String field : wordFields) column(args, doc, params.get("_source"), field);
        int space = args.indexOf(" ");
        if (space > 0 && args.indexOf("\"") < 0 && args.indexOf("'") < 0 && args.indexOf("\\") < 0) args.setLength(space);
      }
      key.append((char) 0).append(args);
    }
    return key.toString();
  }

  private static void column(StringBuilder key, Map<String, ? extends List<?>> doc, Object source, String field) {
    key.append((char) 0);
    if (doc.containsKey(field) && doc.get(field).size() > 0) values(key, doc.get(field));
    else if (source != null) inside(key, source, field);
  }

  private static void inside(StringBuilder key, Object node, String path) {
    if (node instanceof List<?> list) for (Object each : list) inside(key, each, path);
    if (!(node instanceof Map<?, ?> map)) return;
    if (map.containsKey(path)) values(key, map.get(path));
    for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
      String head = path.substring(0, dot);
      if (map.containsKey(head)) inside(key, map.get(head), path.substring(dot + 1));
    }
  }

  private static void values(StringBuilder key, Object value) {
    if (value instanceof List<?> list) for (Object each : list) values(key, each);
    else if (value != null) key.append((char) 1).append(value.toString());
  }
}
