import sys, json, importlib
def routes(app):
    out=[]
    if hasattr(app,'url_map'):
        for r in app.url_map.iter_rules():
            ms=set(r.methods or [])-{'OPTIONS'}
            if 'GET' in ms: ms-={'HEAD'}
            out += [f"{m} {r.rule}" for m in ms]
        return 'flask', out
    def walk(rs,pre):
        for r in rs:
            p=pre+getattr(r,'path','')
            if type(r).__name__=='Mount':
                if r.routes: walk(r.routes,p)
                continue
            ms=set(getattr(r,'methods',None) or ['GET'])
            if 'GET' in ms and 'HEAD' in ms: ms-={'HEAD'}
            out.extend(f"{m} {p}" for m in ms)
    walk(app.routes,'')
    return 'fastapi', out
expr=sys.argv[1]
ns={}
exec(expr,ns)
fw,o=routes(ns['app'])
json.dump({'framework':fw,'routes':sorted(set(o))},sys.stdout)
