package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.load.AsideObject.Kind;
import dev.overwinter.activities.postgres.QualifiedName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AsideObjectTest {
  @Test
  void what_takes_time_shares_no_transaction_and_everything_keeps_its_place() {
    List<AsideObject> objects = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      objects.add(object(i, true));
    }
    objects.add(object(120, false));
    objects.add(object(121, false));
    objects.add(object(122, true));

    List<List<AsideObject>> groups = AsideObject.inGroups(objects, AsideObject::brief);

    assertThat(groups).extracting(List::size).containsExactly(50, 50, 20, 1, 1, 1);
    assertThat(groups).flatMap(group -> group).isEqualTo(objects);
  }

  private static AsideObject object(int number, boolean brief) {
    QualifiedName table = new QualifiedName("app", "t" + number);
    return new AsideObject(Kind.FOREIGN_KEY, table, "key", 2000, brief);
  }
}
