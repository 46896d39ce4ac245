/* with_libmariadb SOCKET: 200 greenlets, each with a connection to MariaDB of its own, which sleeps and then answers.
 */
#include "crew.h"
#include <mysql.h>

enum { CREW = 200, ROUNDS = 3 };

static const char *where;

static void ask(MYSQL *connection, const char *query, long expected)
{
	MYSQL_RES *result;
	MYSQL_ROW row;

	if (mysql_query(connection, query) != 0 || !(result = mysql_store_result(connection)))
		fail("%s: %s", query, mysql_error(connection));
	row = mysql_fetch_row(result);
	if (!row || atol(row[0]) != expected)
		fail("%s: a wrong answer", query);
	mysql_free_result(result);
}

static void *talk(void *number)
{
	MYSQL *connection = mysql_init(NULL);
	char query[128];
	int round;

	if (!mysql_real_connect(connection, NULL, "root", NULL, NULL, 0, where, 0))
		fail("connect: %s", mysql_error(connection));
	snprintf(query, sizeof(query), "select %ld * 2, sleep(0.2)", (long)number);
	for (round = 0; round < ROUNDS; round++)
		ask(connection, query, (long)number * 2);
	snprintf(query, sizeof(query), "select %ld, repeat('x', 1000000)", (long)number);
	ask(connection, query, (long)number);
	mysql_close(connection);
	return number;
}

int main(int argc, char **argv)
{
	double seconds;

	where = argc > 1 ? argv[1] : NULL;
	if (mysql_library_init(0, NULL, NULL) != 0)
		fail("library");
	seconds = work_together(CREW, talk);
	printf("%d greenlets in %.1f s\n", CREW, seconds);
	mysql_library_end();
	return seconds < CREW * ROUNDS * 0.2 / 2 ? 0 : 1;
}
