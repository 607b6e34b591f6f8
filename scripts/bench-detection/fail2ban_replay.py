"""Replays an access log through fail2ban's own filter and failure manager, by the log's time. Prints one ban a line: address, from, until.

Arguments: fail2ban's configuration folder, the log, and a JSON object: {"jails": [names]} for jails as its configuration has them, or
{"failregex", "maxretry", "findtime", "bantime", "ignoreip"} for one of the caller's. Lines of an address while it is banned are left out, as its firewall would.
"""

import json
import logging
import sys
from datetime import datetime

from fail2ban.client.jailreader import JailReader
from fail2ban.server.filter import Filter
from fail2ban.server.mytime import MyTime

logging.getLogger("fail2ban").setLevel(logging.CRITICAL)


class Jail:
    """What a filter tells of whom to ban."""

    def __init__(self, name):
        self.name = name
        self.database = None
        self.tickets = []

    def putFailTicket(self, ticket):
        self.tickets.append(ticket)


def standing(name):
    """A filter without settings, and its jail."""
    jail = Jail(name)
    one = Filter(jail, useDns="no")
    one.ignoreSelf = False
    return one, jail


def as_configured(folder, name):
    """The jail as the configuration has it, switched on."""
    reader = JailReader(name, basedir=folder, force_enable=True)
    reader.read()
    reader.getOptions()
    one, jail = standing(name)
    seconds = 600
    for command in reader.convert(allow_no_files=True):
        if command[0] == "multi-set":
            key, values = command[2], command[3]
        elif command[0] == "set" and len(command) >= 4:
            key, values = command[2], [command[3]]
        else:
            continue
        for value in values:
            if key == "addfailregex":
                one.addFailRegex(value)
            elif key == "addignoreregex":
                one.addIgnoreRegex(value)
            elif key == "datepattern":
                one.setDatePattern(value)
            elif key == "prefregex":
                one.prefRegex = value
            elif key == "maxretry":
                one.failManager.setMaxRetry(int(value))
            elif key == "findtime":
                one.setFindTime(value)
            elif key == "bantime":
                seconds = MyTime.str2seconds(value)
    return one, jail, seconds


def as_told(told):
    one, jail = standing("tuned")
    one.addFailRegex(told["failregex"])
    one.setDatePattern(r"^[^\[]*\[({DATE})")
    one.failManager.setMaxRetry(told["maxretry"])
    one.setFindTime(told["findtime"])
    one.addIgnoreIP(told["ignoreip"])
    return one, jail, told["bantime"]


def main():
    folder, log, told = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    jails = [as_configured(folder, name) for name in told["jails"]] if "jails" in told else [as_told(told)]
    until = {}
    second, at = "", 0.0
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            start = line.index("[") + 1
            if line[start : start + 20] != second:
                second = line[start : start + 20]
                at = datetime.strptime(line[start : start + 26], "%d/%b/%Y:%H:%M:%S %z").timestamp()
                MyTime.setTime(at)
            address = line[: line.index(" ")]
            if until.get(address, 0) > at:
                continue
            for one, jail, seconds in jails:
                one.processLineAndAdd(line.rstrip("\n"))
                for ticket in jail.tickets:
                    who = str(ticket.getID())
                    until[who] = at + seconds
                    print(who, int(at), int(at + seconds))
                jail.tickets.clear()


main()
