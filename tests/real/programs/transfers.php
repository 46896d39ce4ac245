<?php
/* Downloads a page 30 times at once; ends with 1 when one is not as it should be, with 77 where there is no curl. */
if (!extension_loaded('curl'))
	exit(77);
$all = curl_multi_init();
$transfers = [];
for ($i = 0; $i < 30; $i++) {
	$transfers[$i] = curl_init("$argv[1]?$i");
	curl_setopt($transfers[$i], CURLOPT_RETURNTRANSFER, true);
	curl_multi_add_handle($all, $transfers[$i]);
}
do {
	$status = curl_multi_exec($all, $running);
	if ($running)
		curl_multi_select($all);
} while ($running && $status == CURLM_OK);
foreach ($transfers as $transfer) {
	if (curl_multi_getcontent($transfer) !== "a small page\n") {
		echo curl_error($transfer), "\n";
		exit(1);
	}
}
exit(trim(shell_exec('echo a shell')) === 'a shell' ? 0 : 1);
