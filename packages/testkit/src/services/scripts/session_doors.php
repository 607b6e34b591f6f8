<?php
// PHP's own sessions and its documentation's Basic, with the password looked at.
$path = explode('/', parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$users = ['anna' => 'pass-anna', 'bert' => 'pass-bert', 'cleo' => 'pass-cleo'];
if ($path[1] === 'basic') {
    if (!isset($_SERVER['PHP_AUTH_USER']) || ($users[$_SERVER['PHP_AUTH_USER']] ?? null) !== $_SERVER['PHP_AUTH_PW']) {
        header('WWW-Authenticate: Basic realm="My Realm"');
        header('HTTP/1.0 401 Unauthorized');
        exit('Text to send if user hits Cancel button');
    }
    exit("<p>Hello {$_SERVER['PHP_AUTH_USER']}, record {$path[2]}.</p>");
}
session_start();
if ($path[1] === 'sessions') {
    $_SESSION['user'] = $path[2];
    exit('record: signed in');
}
if (!isset($_SESSION['user'])) {
    header('Location: /login.php', true, 302);
    exit;
}
echo "record {$path[2]}";
